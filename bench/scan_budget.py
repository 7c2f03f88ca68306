"""Print what a budget for looks catches, beside a look at everything once a day, on simulated markets."""

from rich.console import Console
from rich.table import Table

from tests.fakes.wandering_market import WanderingMarket, by_budget, everything_once_a_day

SEEDS = (1, 2, 3, 4, 5)
SHARES = (2, 3, 4)


def main() -> None:
    """Play each market under each rule."""
    table = Table(
        title="Useful changes caught (they moved the lowest price of a product), 40 products x 6 rivals, 40 days"
    )
    for column in ("seed", "once a day", *(f"1/{share} of the looks" for share in SHARES)):
        table.add_column(column, justify="right")
    for seed in SEEDS:
        daily = WanderingMarket(seed).play(everything_once_a_day)
        cells = [f"{daily.useful} of {daily.looks} looks"]
        for share in SHARES:
            spent = WanderingMarket(seed).play(by_budget(share))
            cells.append(f"{spent.useful} ({spent.useful / daily.useful:.2f} x) of {spent.looks}")
        table.add_row(str(seed), *cells)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
