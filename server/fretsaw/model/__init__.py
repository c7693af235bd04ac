"""Models: the registry of them (data), the live `Ask`, recorded ones, and the scripted model that ships with us.

The only importer of openai, which is not imported before a model is asked (or `client.warm` is called). Nothing is
imported here: the scripted model needs none of the other modules.
"""
