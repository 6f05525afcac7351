"""`python -m trucewatch` is the command line; a stage of a build runs in a fork of what is loaded already."""

from trucewatch import forks

if __name__ == "__main__":
    forks.stand_in(forks.STAGE)
    from trucewatch.cli import main

    main()
