"""What can be proved of the Android app without internet: no APK is built here."""
