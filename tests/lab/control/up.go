// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sandstrap.dev/lab/build/parts"
	"sandstrap.dev/lab/cgroup"
	"sandstrap.dev/lab/cluster"
	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/gate"
	"sandstrap.dev/lab/labinit"
	"sandstrap.dev/lab/netns"
	"sandstrap.dev/lab/pki"
	"sandstrap.dev/lab/state"
	"sandstrap.dev/lab/topology"
)

// upPatience is how long a lab may take to be ready, on a machine that is busy with others.
const upPatience = 5 * time.Minute

// Up brings a lab up and returns when pods can run in it. A lab that is up already is left as
// it is. One that does not come up, or is interrupted, is taken down again.
func Up(ctx context.Context, name string, args []string) error {
	var shape topology.Shape
	flags := flag.NewFlagSet("up", flag.ContinueOnError)
	flags.IntVar(&shape.Nodes, "nodes", 0, "how many nodes run pods; as many as --runtimes names, or 1")
	flags.Func("runtimes", "what the first nodes run containers with", list(&shape.Runtimes))
	flags.BoolVar(&shape.NoCNI, "no-cni", false, "the nodes have no network for pods")
	flags.Func("admission", "plugins that the API server has, too", list(&shape.Admission))
	origin := flags.String("origin", "", "what the lab's origin serves, instead of the lab's own content")
	kyverno := flags.Bool("kyverno", false, "the lab's origin serves Kyverno, too, which takes minutes to compile once")
	keep := flags.Bool("keep", false, "leave a lab that does not come up for inspection")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || *kyverno && *origin != "" {
		return usage("lab up [--nodes N] [--runtimes NAME,…] [--no-cni] [--admission PLUGIN,…] [--kyverno | --origin DIR] [--keep]")
	}
	if shape.Nodes == 0 {
		shape.Nodes = max(1, len(shape.Runtimes))
	}
	if err := shape.Check(); err != nil {
		return usage(err.Error())
	}
	content, err := originFolder(*origin)
	if err != nil {
		return err
	}
	lab, err := state.Open(name)
	if err != nil {
		return err
	}
	served := parts.Origin
	if *kyverno {
		served = parts.OriginKyverno
	}
	found, err := collect(ctx, shape, served)
	if err != nil {
		return err
	}
	if content != "" {
		found.Content = content
	}
	began := time.Now()
	fresh, err := launch(lab, found, *kyverno || content != "")
	if err != nil || !fresh {
		return err
	}
	if err := waitUntilReady(ctx, lab, found); err != nil {
		if !*keep {
			err = fmt.Errorf("%w; lab %s is down again (--keep leaves it for inspection)", err, name)
			if failed := remove(lab); failed != nil {
				err = fmt.Errorf("%w; %w", err, failed)
			}
		}
		return err
	}
	fmt.Fprintf(os.Stderr, "lab %s is up after %.1f s: %v\n", name, time.Since(began).Seconds(), topology.Names(shape.Nodes))
	return nil
}

// list takes a flag's words, between commas.
func list(words *[]string) func(string) error {
	return func(value string) error {
		*words = strings.Split(value, ",")
		return nil
	}
}

// originFolder is the absolute path of a folder that an origin can serve; none for none.
func originFolder(dir string) (string, error) {
	if dir == "" {
		return "", nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the origin's content: %w", err)
	}
	for _, kind := range config.ContentKinds {
		if info, err := os.Stat(filepath.Join(dir, kind)); err == nil && info.IsDir() {
			return dir, nil
		}
	}
	return "", usage(fmt.Sprintf("--origin wants a folder that holds %s; %s holds none of them",
		strings.Join(config.ContentKinds, ", "), dir))
}

// launch starts the lab's init, unless the lab runs already; with chosen, its origin has to serve
// what the configuration says.
func launch(lab *state.Lab, c *config.Config, chosen bool) (fresh bool, err error) {
	unlock, err := state.Lock()
	if err != nil {
		return false, err
	}
	defer unlock()
	if record, running := lab.Running(); running {
		if !reflect.DeepEqual(record.Shape, c.Shape) {
			return false, fmt.Errorf("lab %s runs as %v; take it down first", lab.Name, record.Shape)
		}
		if chosen && record.Content != c.Content {
			return false, fmt.Errorf("lab %s serves %s; take it down first", lab.Name, record.Content)
		}
		fmt.Fprintf(os.Stderr, "lab %s is up already\n", lab.Name)
		return false, nil
	}
	swept, err := state.Sweep()
	if err != nil {
		return false, err
	}
	for _, name := range swept {
		fmt.Fprintf(os.Stderr, "lab %s had been killed; what it left is gone now\n", name)
	}
	group, err := lab.Cgroup()
	if err != nil {
		return false, err
	}
	// What a lab under another state folder runs is not ours to touch.
	if pids := group.Processes(); len(pids) > 0 {
		return false, fmt.Errorf("start lab %s: processes %v run in its cgroups: a lab of that name has another SANDSTRAP_LAB_STATE",
			lab.Name, pids)
	}
	c.Name, c.State = lab.Name, lab.Dir
	if err := start(lab, c, group); err != nil {
		return false, errors.Join(fmt.Errorf("start lab %s: %w", lab.Name, err), lab.Remove())
	}
	return true, nil
}

func start(lab *state.Lab, c *config.Config, group *cgroup.Group) error {
	if err := netns.PrepareMachine(); err != nil {
		return err
	}
	if err := lab.Create(); err != nil {
		return err
	}
	if err := pki.Issue(c.Authority, lab.PKIDir(), c.Nodes); err != nil {
		return err
	}
	if err := c.Save(); err != nil {
		return err
	}
	if err := group.Make(false); err != nil {
		return err
	}
	own := group.Child("init")
	if err := own.Make(true); err != nil {
		return err
	}
	return spawn(lab, c, own.Add)
}

// spawn starts the lab's init behind a gate, and opens it once the init is in its cgroups and
// on record: whatever happens from then on, the lab can be found and removed.
func spawn(lab *state.Lab, c *config.Config, confine func(pid int) error) error {
	log, err := os.OpenFile(lab.InitLog(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	gate, err := gate.New()
	if err != nil {
		return err
	}
	defer gate.Close()
	init := exec.Command("/proc/self/exe", labinit.Command, c.Path())
	init.Args[0] = "lab"
	init.Dir = "/"
	init.Env = []string{"PATH=" + os.Getenv("PATH")}
	init.Stdout, init.Stderr = log, log
	init.ExtraFiles = []*os.File{gate.Waiter()} // gate.File
	init.SysProcAttr = &syscall.SysProcAttr{Cloneflags: labinit.Flags, Setsid: true}
	if err := init.Start(); err != nil {
		return err
	}
	go init.Wait() // so that it is no zombie while this process lives
	if err := confine(init.Process.Pid); err != nil {
		return err // the gate closes on the init
	}
	if err := record(lab, c, init.Process.Pid); err != nil {
		return err
	}
	return gate.Open()
}

func record(lab *state.Lab, c *config.Config, pid int) error {
	process, err := state.Identify(pid)
	if err != nil {
		return err
	}
	return lab.Save(state.Record{
		Shape: c.Shape, Name: lab.Name, Content: c.Content, Init: process, Created: time.Now().UTC().Format(time.RFC3339),
	})
}

// waitUntilReady returns when the nodes are ready, CoreDNS is available and every daemon serves; where
// no pod can have a network, when the nodes have registered.
func waitUntilReady(ctx context.Context, lab *state.Lab, c *config.Config) error {
	ctx, cancel := context.WithTimeout(ctx, upPatience)
	defer cancel()
	if err := waitForInit(ctx, lab, "cp"); err != nil {
		return err
	}
	wait := cluster.Ready
	if c.NoCNI {
		wait = cluster.Registered
	}
	command := append([]string{"/proc/1/exe", cluster.Command, wait, strconv.Itoa(c.Nodes)}, c.UpstreamNames()...)
	failed := runQuietly(ctx, lab, "cp", command)
	// A daemon that does not serve explains more than the cluster that waits for it.
	if err := waitForDaemons(ctx, lab, topology.Names(c.Nodes)); err != nil {
		return err
	}
	return failed
}

// checkout is where the lab was started from: the operator's /src.
func checkout() (string, error) {
	if source := os.Getenv("SANDSTRAP_LAB_SOURCE"); source != "" {
		return filepath.Dir(filepath.Dir(source)), nil
	}
	out, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return "", fmt.Errorf("find the checkout: run the lab through tests/lab/lab, or from inside it: %w", err)
	}
	return string(out[:len(out)-1]), nil
}
