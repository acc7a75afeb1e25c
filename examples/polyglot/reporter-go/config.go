package main

import "errors"

// config is the environment of the reporter, read once at start; the standard
// OTEL_* variables are read by the SDK.
type config struct {
	// socket is the path on which engines connect.
	socket string
}

func newConfig(getenv func(string) string) (config, error) {
	socket := getenv("REPORTER_SOCKET")
	if socket == "" {
		return config{}, errors.New("REPORTER_SOCKET is not set: give it the path of a Unix socket")
	}
	return config{socket: socket}, nil
}
