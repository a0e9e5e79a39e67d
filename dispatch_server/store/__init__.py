"""The only SQL. Every question is a function named by what it asks; every change goes through a Work."""
