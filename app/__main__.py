"""`python -m app`: the same as `chargebridge`."""

from app.cli import main

main(prog_name="chargebridge")
