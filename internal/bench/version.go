package bench

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"path"
	"runtime/debug"
	"slices"
	"strings"
)

// nameSeparator joins the names of several peers; each is the last element of its module path.
const nameSeparator = " + "

// LinkedVersion is the release of a peer as linked into the running program. It
// does not work in tests: their binaries carry no list of modules.
func LinkedVersion(peer Pipeline) (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", errors.New("no build information in this program; build it with modules on")
	}
	return versionAmong(info.Deps, peer.Name)
}

// VersionIn is the release of a peer as linked into another program.
func VersionIn(program, peer string) (string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", err
	}
	return versionAmong(info.Deps, peer)
}

func versionAmong(deps []*debug.Module, names string) (string, error) {
	var version string
	for name := range strings.SplitSeq(names, nameSeparator) {
		i := slices.IndexFunc(deps, func(m *debug.Module) bool { return path.Base(m.Path) == name })
		if i < 0 {
			return "", fmt.Errorf("peer %q is not linked; name it as the last element of its module path", name)
		}
		if version != "" && deps[i].Version != version {
			return "", fmt.Errorf("peer %q is %s, another of the same pair %s; pin one release in go.mod", name, deps[i].Version, version)
		}
		version = deps[i].Version
	}
	return version, nil
}
