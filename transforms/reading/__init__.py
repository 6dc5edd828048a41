"""What a sentence says of each number: its words, its indicator, its years, whether achieved or aimed at."""
