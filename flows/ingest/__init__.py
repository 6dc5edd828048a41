"""Where documents come from: the seeds folder, ``sources.yml``, addresses on the web, shared storage.

Belongs here: finding, listing, downloading and hashing files.
Does not: decoding or reading them (workers, transforms), deciding what must be read again (state.planning).
"""
