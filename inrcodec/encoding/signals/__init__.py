"""One field for one signal: lists of constraints (`listed`), what they name (`sources`, `targets`), the fit (`fit`)."""
