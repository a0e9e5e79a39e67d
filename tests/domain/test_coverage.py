"""Cover: what the free crews reach in time, what sending one leaves bare, who might stand by where."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_server.domain.coverage import (
    Cover,
    Seat,
    Seats,
    Spot,
    is_thin,
    stand_by_moves,
    thin_places,
)
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import AreaClass

LIMITS = {AreaClass.URBAN: 45.0, AreaClass.RURAL: 90.0, AreaClass.REMOTE: 120.0}
AT = LonLat(112.0, 27.7)


def a_seat(n: int, area_class: AreaClass = AreaClass.RURAL, customers: int = 100, township: str = "上坪乡") -> Seat:
    return Seat(f"A{n}", f"村{n}", area_class, township, "江北县", LonLat(112 + n / 100, 27.7), customers)


def seat_set(*numbers: int) -> int:
    return sum(1 << n for n in numbers)


TEN = Seats([a_seat(n) for n in range(10)])


def test_a_class_is_covered_by_whoever_reaches_it() -> None:
    seats = Seats([a_seat(0, AreaClass.URBAN, 300), a_seat(1, AreaClass.URBAN, 100), a_seat(2)])
    cover = Cover(seats, {1: seat_set(0, 2), 2: seat_set(0)})
    urban, rural = cover.classes(LIMITS)
    assert (urban.areas, urban.areas_reached, urban.customers, urban.customers_reached) == (2, 1, 400, 300)
    assert (urban.share, rural.share, urban.limit_min) == (0.75, 1.0, 45.0)


def test_what_two_crews_reach_is_not_lost_with_one_of_them() -> None:
    cover = Cover(TEN, {1: seat_set(0, 1, 2, 3), 2: seat_set(2, 3, 4), 3: seat_set(2)})
    lost = cover.lost_without(1)
    assert lost is not None and (lost.area_class, lost.points) == (AreaClass.RURAL, 20.0)
    assert lost.uncovered == 0.7  # five of ten are bare already, two more would be
    three = cover.lost_without(3)
    assert three is not None and three.points == 0


def test_the_class_that_suffers_most_is_named() -> None:
    seats = Seats([a_seat(0, AreaClass.URBAN), *(a_seat(n) for n in range(1, 11))])
    lost = Cover(seats, {1: seat_set(0, 1)}).lost_without(1)
    assert lost is not None and (lost.area_class, lost.points) == (AreaClass.URBAN, 100.0)


def test_a_crew_that_is_not_free_covers_nothing() -> None:
    assert Cover(TEN, {1: seat_set(0)}).lost_without(2) is None


def test_areas_whose_customers_nobody_counted_are_not_nothing() -> None:
    seats = Seats([a_seat(0, customers=0), a_seat(1, customers=0)])
    assert Cover(seats, {1: seat_set(0)}).classes(LIMITS)[0].share == 0.5


def test_thin_places_are_townships_with_most_customers_out_of_reach_first() -> None:
    seats = Seats([a_seat(0), a_seat(1, customers=500, township="高岭乡"), a_seat(2, township="高岭乡"), a_seat(3)])
    hills, near = thin_places(Cover(seats, {1: seat_set(3)}))
    assert (hills.township, hills.areas, hills.customers, hills.at) == ("高岭乡", 2, 600, seats.all[1].at)
    assert (near.township, near.customers) == ("上坪乡", 100)
    assert thin_places(Cover(seats, {1: seats.everywhere})) == []


def test_cover_is_thin_when_one_class_is() -> None:
    classes = Cover(TEN, {1: seat_set(*range(7))}).classes(LIMITS)
    assert is_thin(classes, 0.8) and not is_thin(classes, 0.7)


def test_of_two_crews_at_one_place_one_may_stand_by_elsewhere() -> None:
    cover = Cover(TEN, {1: seat_set(0, 1, 2), 2: seat_set(0, 1, 2)})
    hills = Spot("高岭乡", AT)
    [move] = stand_by_moves(cover, {hills: seat_set(5, 6, 7)})
    assert (move.crew_id, move.to, move.gain, move.loss) == (1, hills, 300, 0)


def test_nobody_is_moved_where_more_would_be_lost_than_gained() -> None:
    cover = Cover(TEN, {1: seat_set(0, 1, 2)})
    assert stand_by_moves(cover, {Spot("高岭乡", AT): seat_set(5, 6)}) == []


def test_moves_count_on_the_moves_before_them() -> None:
    """Both spots reach the same areas: a second crew there would gain nothing."""
    cover = Cover(TEN, {1: seat_set(0), 2: seat_set(0), 3: seat_set(0)})
    spots = {Spot("甲", AT): seat_set(5, 6), Spot("乙", AT): seat_set(5, 6), Spot("丙", AT): seat_set(7)}
    assert [(m.crew_id, m.to.name, m.gain) for m in stand_by_moves(cover, spots)] == [(1, "甲", 200), (2, "丙", 100)]


SEATS = st.lists(st.tuples(st.sampled_from(list(AreaClass)), st.integers(0, 3000)), min_size=1, max_size=20)


@settings(deadline=None)
@given(seats=SEATS, data=st.data())
def test_numbers_count_as_sets_do(seats: list[tuple[AreaClass, int]], data: st.DataObject) -> None:
    """Against the same told with sets of seats."""
    whole = Seats([a_seat(n, c, customers) for n, (c, customers) in enumerate(seats)])
    reach = data.draw(st.dictionaries(st.integers(1, 6), st.frozensets(st.integers(0, len(seats) - 1)), max_size=6))
    cover = Cover(whole, {crew_id: seat_set(*numbers) for crew_id, numbers in reach.items()})
    everything = {n for numbers in reach.values() for n in numbers}
    for line in cover.classes(LIMITS):
        own = [n for n in everything if seats[n][0] is line.area_class]
        assert line.customers_reached == sum(whole.all[n].weight for n in own)
        assert line.areas_reached == len(own)
    for crew_id, numbers in reach.items():
        others = {n for other, theirs in reach.items() if other != crew_id for n in theirs}
        assert cover.only(crew_id) == seat_set(*(numbers - others))
        lost = cover.lost_without(crew_id)
        after = {
            c.area_class: c.share
            for c in Cover(whole, {o: cover.reach[o] for o in reach if o != crew_id}).classes(LIMITS)
        }
        assert lost is not None and abs(lost.uncovered - (1 - after[lost.area_class])) < 1e-9
