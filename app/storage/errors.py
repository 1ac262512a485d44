"""The database's own error, under the name the rest of the house knows it by."""

from pymongo.errors import PyMongoError as DatabaseError

__all__ = ["DatabaseError"]
