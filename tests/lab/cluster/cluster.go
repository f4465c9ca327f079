// SPDX-License-Identifier: Apache-2.0

// Package cluster makes a running control plane a cluster that people can use: CoreDNS with
// the lab's names, a storage class, and the wait until all of it serves. It runs on cp.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Command is the hidden subcommand that runs on cp: what to wait for, number of nodes, then upstream
// names.
const Command = "cluster-up"

// What is waited for: nodes that can run pods and CoreDNS that serves, or that nodes are known.
const (
	Ready      = "ready"
	Registered = "registered"
)

// keys is where cp has the administrator's certificate.
const keys = "/etc/kubernetes"

const pollInterval = 100 * time.Millisecond

// Run applies what the lab adds to a bare cluster and waits; ctx bounds it.
func Run(ctx context.Context, args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("%s wants what to wait for, a number of nodes and the upstream names", Command)
	}
	nodes, err := strconv.Atoi(args[1])
	if err != nil {
		return fmt.Errorf("number of nodes: %w", err)
	}
	api, err := newClient(keys)
	if err != nil {
		return err
	}
	for _, object := range objects(args[2:]) {
		apply := func(ctx context.Context) error { return api.apply(ctx, object.path, object.manifest) }
		if err := until(ctx, "apply "+object.path, apply); err != nil {
			return err
		}
	}
	ready := args[0] == Ready
	if err := until(ctx, "nodes", func(ctx context.Context) error { return api.nodes(ctx, nodes, ready) }); err != nil {
		return err
	}
	if !ready {
		return nil
	}
	return until(ctx, "CoreDNS", api.dnsAvailable)
}

// until tries again and again, and tells the last reason when time is up.
func until(ctx context.Context, what string, try func(context.Context) error) error {
	var last error
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil || last == nil {
			last = err // the reason, not the end of time itself
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, last)
		case <-time.After(pollInterval):
		}
	}
}

// condition is the part of a status that both nodes and deployments have.
type condition struct {
	Type, Status, Message string
}

func met(conditions []condition, kind string) error {
	for _, c := range conditions {
		if c.Type == kind && c.Status != "True" {
			return fmt.Errorf("not %s: %s", kind, c.Message)
		}
		if c.Type == kind {
			return nil
		}
	}
	return fmt.Errorf("not %s yet", kind)
}

// nodes wants so many nodes, and that they are ready.
func (c *client) nodes(ctx context.Context, want int, ready bool) error {
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Status   struct{ Conditions []condition }
		}
	}
	if err := c.get(ctx, "/api/v1/nodes", &list); err != nil {
		return err
	}
	if len(list.Items) < want {
		return fmt.Errorf("%d of %d nodes have registered", len(list.Items), want)
	}
	if !ready {
		return nil
	}
	var reasons []error
	for _, node := range list.Items {
		if err := met(node.Status.Conditions, "Ready"); err != nil {
			reasons = append(reasons, fmt.Errorf("%s: %w", node.Metadata.Name, err))
		}
	}
	return errors.Join(reasons...)
}

func (c *client) dnsAvailable(ctx context.Context) error {
	var deployment struct {
		Status struct{ Conditions []condition }
	}
	if err := c.get(ctx, dnsPath, &deployment); err != nil {
		return err
	}
	return met(deployment.Status.Conditions, "Available")
}
