"""Text as positions: the normalised view, headings, paragraphs, sentences, quotes found again. Nothing of numbers or meaning."""
