"""Copies what cannot be made again of a home into a folder, and back: lake, registry and what the warm store shows.

Where do I go to...? What a backup holds: `manifest.py`. How it is made: `back_up.py`. How it is put back: `restore.py`.
The landing is no part of it; what Redis, Feast and Airflow hold is made again by the next night.
"""
