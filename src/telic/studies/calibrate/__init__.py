"""The calibrate study: which locators find a goal whose location is known?"""

from telic.studies.calibrate.study import Calibrate as Calibrate
