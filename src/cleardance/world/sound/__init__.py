"""A take heard: ``foley`` mixes what events, beds and places sound like, all of it synthesised."""
