"""What all commands of the shell share: errors in one line, settings, the storage opened for one command."""

import sys
from typing import Any

import click

from app import logs
from app.config import Settings, load_settings
from app.errors import BadInput, ChargeBridgeError
from app.storage.database import Storage
from app.storage.embedded import EmbeddedMongoError
from app.storage.errors import DatabaseError


class Cli(click.Group):
    """Turns our errors into one readable line each and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BadInput as error:
            for each in error.errors:
                click.echo(f"chargebridge: {each['field']}: {each['message']}", err=True)
        except (ChargeBridgeError, EmbeddedMongoError) as error:
            click.echo(f"chargebridge: {error}", err=True)
        except DatabaseError as error:
            click.echo(f"chargebridge: MongoDB: {str(error).partition(', full error')[0]}", err=True)
        sys.exit(2)


def settings(**overrides: Any) -> Settings:
    """Return the settings, and log as they say."""
    loaded = load_settings(**{k: v for k, v in overrides.items() if v is not None})
    logs.configure(loaded.log_level, loaded.log_format)
    return loaded


class Open:
    """The storage, opened for one command of the shell."""

    def __enter__(self) -> Storage:
        from app.serving import storage

        self._context = storage(settings(log_level="WARNING"), lambda line: click.echo(line, err=True))
        return self._context.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)
