"""What links are signed with."""

import pytest

from bot.domain.commits import StoreUnavailable
from bot.store.signing_secrets import ACKNOWLEDGE, LENGTH
from bot.store.store import Store


async def test_a_secret_is_made_once_and_is_long(store: Store) -> None:
    assert len(await store.signing_secrets.load_secret(ACKNOWLEDGE)) == LENGTH


@pytest.mark.parametrize("kept", ["", "61", "secret", "61" * (LENGTH - 1), "zz" * LENGTH])
async def test_a_secret_that_could_be_guessed_signs_nothing(store: Store, kept: str) -> None:
    await store.client.execute("SET", store.keys.secret_key(ACKNOWLEDGE), kept)

    with pytest.raises(StoreUnavailable, match="is not a secret of Earshot"):
        await store.signing_secrets.load_secret(ACKNOWLEDGE)
