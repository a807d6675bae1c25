"""The continuous function: one SIREN for the set, conditioned on the image that it draws; never trains."""
