"""`python -m config.serve`: uvicorn, with all its options, once the settings were seen to be sound.

Where there are several workers, uvicorn's own process imports nothing of ours: on a setting that
makes no sense each worker would end with a traceback, and be started again, for ever.
"""

from importlib import import_module

from uvicorn.main import main

if __name__ == "__main__":  # each worker imports this module, too
    import_module("config.settings")
    main()
