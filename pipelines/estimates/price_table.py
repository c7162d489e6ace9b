"""The price table: a TOML file with what a machine, storage and requests cost."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foley_core.errors import ConfigError
from foley_core.messages import complaints, read_toml

PRICES_LIMIT_BYTES = 1 << 16
REQUESTS_PER_VIDEO = {"get": 0, "put": 3, "list": 1}
REQUESTS_PER_TRACK = {"get": 11, "put": 9, "list": 5}
"""Requests to the output for a video of one clip whose pictures are looked at, and for each track:
counted in jobs of such videos for one and for two regions."""
READ_BYTES = 2 << 20
"""About what one request brings of a video."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class MachinePrice(_Table):
    """A machine to hire: its size, and its price an hour."""

    name: str
    cpus: int = Field(ge=1)
    gpus: int = Field(0, ge=0)
    hour: float = Field(ge=0)


class StoragePrice(_Table):
    """Prices of object storage: a GB for a month, and a thousand requests of each kind."""

    gb_month: float = Field(0.0, ge=0)
    months: float = Field(1.0, ge=0)
    gb_read: float = Field(0.0, ge=0)
    put_1000: float = Field(0.0, ge=0)
    get_1000: float = Field(0.0, ge=0)


class Prices(_Table):
    """All prices, in one currency."""

    schema_version: Literal[1]
    currency: str
    machine: MachinePrice
    storage: StoragePrice = StoragePrice()


def read_prices(path: Path) -> Prices:
    """Return the prices of a file.

    Raises:
        ConfigError: it cannot be read, or a key or value is wrong; every fault is listed.
    """
    try:
        if path.stat().st_size > PRICES_LIMIT_BYTES:
            raise ConfigError(f"{path} is too large for a price table")
        data = read_toml(path.read_bytes(), str(path), "the price table")
        return Prices.model_validate(data)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        known = [
            name for kind in (Prices, MachinePrice, StoragePrice) for name in kind.model_fields
        ]
        raise ConfigError(f"{path} is no price table", complaints(error, known)) from None
