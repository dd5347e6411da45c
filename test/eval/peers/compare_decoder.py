"""Scores of dattri and kronfluence on an adapted decoder that the harness exported.

    npm run eval -- lds-decoder --export DIR
    python test/eval/peers/compare_decoder.py DIR [dattri|kronfluence]
    npm run eval -- lds-decoder --peers DIR

Needs `pip install torch numpy dattri kronfluence`; nothing of OpenLedger does. Goes on where it stopped.
"""

import sys

import quiet  # noqa: F401  before the libraries are imported


def main(folder, only=None):
    from exported import Runs
    from exported_decoder import ExportedDecoder

    exported = ExportedDecoder(folder)
    runs = Runs(exported)
    if only in (None, "kronfluence"):
        import decoder_with_kronfluence

        decoder_with_kronfluence.run(exported, runs)
    if only in (None, "dattri"):
        import decoder_with_dattri

        decoder_with_dattri.run(exported, runs)


if __name__ == "__main__":
    main(*sys.argv[1:])
