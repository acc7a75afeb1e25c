// Command polyspan is the command line of Polyspan: it prints the live topology
// of a running collector. Results go to stdout, everything else to stderr; the
// exit code is 0 on success, 1 when the work failed and 2 for wrong usage.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
