"""Licences and askers drawn at random from small worlds, in which every condition matters."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cleardance.rights.licence import Asker, Grantee, Licence, Use
from cleardance.store.tables import GranteeKind, LicenceKind, utc_text

# A busy machine draws and checks slowly.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
WORKS = ("series", "part", "film", "person")
WHOLES = {"part": ("series",), "person": ("series",)}
PLACES = ("AT", "DE", "US")

hours = st.integers(-3, 3).map(lambda hours: NOON + timedelta(hours=hours))
places = st.frozensets(st.sampled_from(PLACES))
grantees = st.sampled_from(
    [
        Grantee(GranteeKind.EVERYONE),
        Grantee(GranteeKind.ACCOUNT, "one"),
        Grantee(GranteeKind.ACCOUNT, "two"),
        Grantee(GranteeKind.PARTNER, "one"),
        Grantee(GranteeKind.PARTNER, "two"),
    ]
)
askers = st.builds(
    Asker,
    moment=hours,
    account=st.sampled_from([None, "one", "two"]),
    partner=st.sampled_from([None, "one", "two"]),
    territories=places,
    use=st.sampled_from(Use),
)
texts = st.none() | hours.map(utc_text)
licences = st.builds(
    Licence,
    id=st.integers(0, 10**9).map("lic-{}".format),
    kind=st.sampled_from(LicenceKind),
    grantee=grantees,
    grantor=st.just("Zorblax Pictures"),
    works=st.lists(st.sampled_from(WORKS), min_size=1, unique=True).map(tuple),
    uses=st.frozensets(st.sampled_from(Use), min_size=1),
    with_parts=st.booleans(),
    territories=places,
    valid_from=texts,
    valid_until=texts,
    conditions=st.sampled_from([(), ("credit Zorblax",)]),
    revoked_at=st.none() | st.just(utc_text(NOON)),
)
