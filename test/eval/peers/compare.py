"""Scores of dattri and kronfluence on a head that the harness exported.

    npm run eval -- lds-head --export DIR
    python test/eval/peers/compare.py DIR [dattri|kronfluence]
    npm run eval -- lds-head --peers DIR

Needs `pip install torch numpy dattri kronfluence`; nothing of OpenLedger does. Goes on where it stopped.
"""

import sys

import quiet  # noqa: F401  before the libraries are imported


def main(folder, only=None):
    from exported import Exported, Runs

    exported = Exported(folder)
    runs = Runs(exported)
    if only in (None, "kronfluence"):
        import with_kronfluence

        with_kronfluence.run(exported, runs)
    if only in (None, "dattri"):
        import with_dattri

        with_dattri.run(exported, runs)


if __name__ == "__main__":
    main(*sys.argv[1:])
