"""Scores of dattri and kronfluence on a problem that the harness exported.

    npm run eval -- lds-head --export DIR
    python test/eval/peers/compare.py DIR [dattri|kronfluence]
    npm run eval -- lds-head --peers DIR

Needs `pip install torch numpy dattri kronfluence`; nothing of OpenLedger does. Goes on where it stopped.
"""

import logging
import os
import sys
import warnings

# compiling one matrix product costs more than it saves, and wants a C++ compiler
os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")
os.environ.setdefault("TQDM_DISABLE", "1")
sys.dont_write_bytecode = True
warnings.filterwarnings("ignore")
logging.disable(logging.INFO)


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
