"""Who is in the demo: accounts and charge points with passwords that everybody knows."""

CHARGE_POINTS = ("CP001", "CP002")
CHARGE_POINT_PASSWORD = "demo-charger-key-001"
PASSWORDS = {"root": "demo-root", "admin": "demo-admin", "staff": "demo-staff", "driver": "demo-driver"}
