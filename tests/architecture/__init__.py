"""What holds for the repository as a whole, above all what users install."""
