"""What touches pixels, and knows no Keras: fingerprints, augmentation, the embedded demo faces."""
