"""What a city, 290 municipalities and the internet would need: computed from measured costs and stated guesses."""
