"""What a user name and a password may look like."""

USERNAME_PATTERN = r"[A-Za-z0-9._@+-]{3,64}"
USERNAME_IN_WORDS = "3 to 64 letters, digits or . _ @ + -"
PASSWORD_MIN, PASSWORD_MAX = 8, 256
