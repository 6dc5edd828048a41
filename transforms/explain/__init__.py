"""Why a row is as it is: the steps of a reading, for people. Nothing is decided here."""
