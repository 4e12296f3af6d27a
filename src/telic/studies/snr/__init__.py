"""The SNR study: how much of a second objective's vector would come again?"""

from telic.studies.snr.study import Snr as Snr
