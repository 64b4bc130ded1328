"""Time and cost of the cells to come, from the records of cells like them."""

from __future__ import annotations

import pytest
from scipy.stats import t

from benchmarks.execution.estimate import estimate, price_of
from benchmarks.execution.forecast import Forecast, kind
from benchmarks.grid.errors import RequestError


def config(method="mlp", train_size=10, dataset="digits01", trainer=None):
    return {
        "method": {"name": method},
        "dataset": {"name": dataset, "train_size": train_size},
        "trainer": trainer,
    }


def record(seconds, status="done", **where):
    return {"status": status, "config": config(**where), "timing": {"total": seconds}}


def records(*seconds, **where):
    return [record(value, **where) for value in seconds]


class TestExpectation:
    def test_is_the_mean_of_each_cells_own_kind(self):
        known = [*records(1, 3), *records(10, 30, method="cnn")]
        found = estimate([config(), config(), config(method="cnn")], Forecast(known))
        assert found.seconds == 2 + 2 + 20

    def test_of_a_kind_never_measured_is_that_of_the_nearest(self):
        known = [*records(1, 3), *records(10, 30, method="cnn")]
        assert estimate([config(train_size=80)], Forecast(known)).seconds == 2

    def test_is_not_there_where_nothing_was_measured(self):
        found = estimate([config()], Forecast(), workers=2, price_per_hour=1.0)
        assert (found.seconds, found.low, found.high, found.wall_seconds) == (None,) * 4
        assert (found.worker_hours, found.gpu_hours, found.price) == (None,) * 3
        assert found.unknown == 1.0
        assert found.learned_from == "no record"

    def test_of_no_cells_is_nothing(self):
        found = estimate([], Forecast(records(1, 2)), price_per_hour=1.0)
        assert (found.seconds, found.low, found.high, found.wall_seconds) == (0,) * 4
        assert (found.known, found.guessed, found.unknown) == (0,) * 3
        assert found.price == 0

    def test_leaves_out_failed_cells(self):
        known = [*records(2, 2), record(100, status="failed")]
        assert estimate([config()], Forecast(known)).seconds == 2


class TestInterval:
    def test_has_the_spread_of_the_cells_and_the_uncertainty_of_their_mean(self):
        """Mean 4 and standard deviation 2 of 5 records, 10 cells: V = 4·(10 + 100/5) = 120;
        the 0.95 quantile of Student's t with 4 degrees of freedom is 2.131847."""
        found = estimate([config()] * 10, Forecast(records(2, 2, 4, 6, 6)))
        margin = 2.131847 * 120**0.5
        assert found.seconds == 40
        assert found.low == pytest.approx(40 - margin, rel=1e-6)
        assert found.high == pytest.approx(40 + margin, rel=1e-6)

    def test_is_no_wider_than_needed_where_all_records_agree(self):
        found = estimate([config()] * 10, Forecast(records(2, 2, 2)))
        assert (found.low, found.high) == (20, 20)

    def test_adds_variances_and_weighs_degrees_of_freedom(self):
        """V = 120 with 4 degrees of freedom, and 2·(1 + 1/2) = 3 with 1."""
        known = [*records(2, 2, 4, 6, 6), *records(10, 12, method="cnn")]
        found = estimate([config()] * 10 + [config(method="cnn")], Forecast(known))
        margin = t.ppf(0.95, 123**2 / (120**2 / 4 + 3**2)) * 123**0.5
        assert found.high - found.seconds == pytest.approx(margin)

    def test_of_a_guess_is_wide_however_well_the_other_kind_is_known(self):
        sure = estimate([config()] * 10, Forecast(records(*[4] * 99, 5)))
        guess = estimate([config(train_size=80)] * 10, Forecast(records(*[4] * 99, 5)))
        assert sure.high - sure.low < 0.1 * sure.seconds
        assert guess.high - guess.low > 1.5 * guess.seconds

    def test_of_a_single_record_takes_the_relative_spread_of_the_others(self):
        """A tenth: V = 0.01·(10 + 100) = 1.1 with 1 degree, and 100·(1 + 1/3) with 2."""
        known = [*records(1), *records(90, 100, 110, method="cnn")]
        found = estimate([config()] * 10 + [config(method="cnn")], Forecast(known))
        variance, rest = 1.1, 400 / 3
        freedom = (variance + rest) ** 2 / (variance**2 / 1 + rest**2 / 2)
        margin = t.ppf(0.95, freedom) * (variance + rest) ** 0.5
        assert found.high - found.seconds == pytest.approx(margin)

    def test_of_a_single_record_alone_says_next_to_nothing(self):
        found = estimate([config()] * 10, Forecast(records(1)))
        assert found.low == 0
        assert found.high > 2 * found.seconds

    def test_never_begins_below_zero(self):
        assert estimate([config()], Forecast(records(1, 100))).low == 0


class TestCertainty:
    def test_tells_the_shares_of_measured_and_of_guessed_cells(self):
        cells = [config()] * 3 + [config(train_size=80)]
        found = estimate(cells, Forecast(records(1, 2)))
        assert (found.known, found.guessed, found.unknown) == (0.75, 0.25, 0.0)

    def test_says_whose_records_it_rests_on(self):
        own, published = records(1, 2), records(8, 9, 10, train_size=20)
        here = estimate([config()], Forecast(own, published))
        there = estimate([config(train_size=20)], Forecast(own, published))
        both = estimate([config(), config(train_size=20)], Forecast(own, published))
        assert here.learned_from == "2 records of this machine"
        assert there.learned_from == "3 published records of another machine"
        assert both.learned_from == (
            "2 records of this machine and 3 published records of another machine"
        )

    def test_counts_no_record_twice(self):
        cells = [config(), config(train_size=80), config(method="cnn")]
        assert estimate(cells, Forecast(records(1, 2))).learned_from == "2 records of this machine"


class TestPublishedTimes:
    def test_are_left_out_where_the_kind_was_measured_here(self):
        forecast = Forecast(records(2), records(100, 100))
        assert estimate([config()], forecast).seconds == 2
        assert forecast.predict(kind(config())) == 2

    def test_of_the_same_kind_are_nearer_than_own_ones_of_another(self):
        forecast = Forecast(records(2), records(50, train_size=80))
        assert estimate([config(train_size=80)], forecast).seconds == 50

    def test_give_way_as_soon_as_a_cell_was_measured_here(self):
        forecast = Forecast([], records(50))
        forecast.learn(config(), 3.0)
        assert forecast.predict(kind(config())) == 3.0


class TestWallTime:
    def test_is_shared_among_the_workers(self):
        found = estimate([config()] * 10, Forecast(records(2)), workers=4)
        assert (found.seconds, found.wall_seconds, found.workers) == (20, 5, 4)

    def test_is_never_shorter_than_the_longest_cell(self):
        known = [*records(2), *records(30, method="cnn")]
        cells = [*[config()] * 4, config(method="cnn")]
        assert estimate(cells, Forecast(known), workers=8).wall_seconds == 30


class TestCost:
    def test_is_worker_hours_and_their_price(self):
        found = estimate([config()] * 2, Forecast(records(3600)), workers=2, price_per_hour=1.5)
        assert (found.worker_hours, found.price) == (2, 3)

    def test_has_no_price_unless_one_is_given(self):
        assert estimate([config()], Forecast(records(3600))).price is None

    def test_counts_gpu_hours_of_the_cells_that_train_on_one(self):
        gpu = {"accelerator": "gpu", "devices": 1}
        cells = [
            config(trainer=gpu),
            config(trainer={"accelerator": "cpu", "devices": 1}),
            config(),
        ]
        found = estimate(cells, Forecast(records(1800)))
        assert (found.worker_hours, found.gpu_hours) == (1.5, 0.5)

    @pytest.mark.parametrize("price", [None, 0, 2, 0.05])
    def test_takes_any_price_from_zero_up(self, price):
        assert price_of({"price_per_hour": price}) == price

    @pytest.mark.parametrize("price", [-1, "cheap", True, float("inf"), float("nan"), [1]])
    def test_refuses_what_is_no_price(self, price):
        with pytest.raises(RequestError, match="price_per_hour"):
            price_of({"price_per_hour": price})
