"""What a user name and a password may look like, and how much work it is to try a password."""

USERNAME_PATTERN = r"[A-Za-z0-9._@+-]{3,64}"
USERNAME_IN_WORDS = "3 to 64 letters, digits or . _ @ + -"
PASSWORD_MIN, PASSWORD_MAX = 8, 256
# scrypt's N as a power of two; with 15 a try takes 32 MB and about 90 ms.
PASSWORD_COST = 15
PASSWORD_COST_MIN, PASSWORD_COST_MAX = 12, 18
