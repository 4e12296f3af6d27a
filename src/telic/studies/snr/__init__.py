"""The SNR study: how much of a second objective's vector is reproducible?"""

from telic.studies.snr.study import Snr as Snr
