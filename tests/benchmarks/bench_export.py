"""What a workbook of the register costs: `python -m tests.benchmarks.bench_export [--help]`.

The same facts are part of `bench`; here they are measured alone. Processor time is that of the process that writes,
beside openpyxl write-only (`bare_workbook`), which reads as many columns and writes neither styles nor heights.
"""

import argparse
import os
import tempfile

from . import report
from .processes import export
from .registers import DATABASES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, nargs="+", default=[10_000, 100_000], help="sizes of registers")
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=list(DATABASES))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="register-static-") as os.environ["BENCHMARK_STATIC_ROOT"]:
        for database in arguments.database:
            for tasks in arguments.tasks:
                with DATABASES[database](tasks) as register:
                    print(report.facts(list(export(register))), flush=True)


if __name__ == "__main__":
    main()
