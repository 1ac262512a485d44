"""The settings of the servers beside the first one, and what tests have to know of them.

A server takes two seconds of a processor to start: tests whose settings do not disturb each other share one.
"""

# One that waits for nobody.
IMPATIENT = {"CALL_TIMEOUT": "0.5", "START_DEADLINE": "2", "HEARTBEAT_INTERVAL": "60"}

# One with little of everything: threads, patience, room for files and time for them.
THREADS = 4
COMMANDS_AT_ONCE = 4
FILE_BYTES = 300_000
SMALL = {
    "WEB_THREADS": str(THREADS),
    "CALL_TIMEOUT": "1",
    "BATCH_COMMANDS_AT_ONCE": str(COMMANDS_AT_ONCE),
    "FIRMWARE_MAX_BYTES": str(FILE_BYTES),
    "DIAGNOSTICS_MAX_BYTES": str(FILE_BYTES),
    "FILE_LINK_LIFETIME": "2",
    "FILE_IDLE_TIMEOUT": "0.5",
    "DIAGNOSTICS_LIFETIME": "3",
    "FILE_HOSTS": "files.example.org, ftp://10.0.0.5",
}

# One with a public address, that trusts one manufacturer and starts nothing for drivers without a signed label.
PUBLIC_URL = "https://charging.example.org"
OLD_SECRET, NEW_SECRET = "last year's secret of 32 bytes at least", "this year's secret of 32 bytes at least"
METRICS_TOKEN = "a token for metrics"
PUBLIC = {
    "PUBLIC_URL": PUBLIC_URL,
    "QR_REQUIRE_SIGNED": "on",
    "QR_SECRET_KEY": f"{NEW_SECRET},{OLD_SECRET}",
    "METRICS_TOKEN": METRICS_TOKEN,
}
