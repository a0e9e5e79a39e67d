"""Android, by pyjnius: every file here imports Java when it is imported, so only `device.here` may name them."""
