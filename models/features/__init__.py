"""What frozen backbones make of images, computed once and kept."""
