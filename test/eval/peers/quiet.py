"""Settings that must be made before torch is imported."""

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
