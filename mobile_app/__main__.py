"""`python -m mobile_app`, which `relight tablet` starts."""

from mobile_app.main import main

main()
