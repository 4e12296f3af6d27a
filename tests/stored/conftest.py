"""`make.py` is for the code of earlier versions: that of today does not import it."""

collect_ignore = ["make.py"]
