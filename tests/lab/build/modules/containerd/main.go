// SPDX-License-Identifier: Apache-2.0

// Command cri-pull has a container runtime pull an image, as the kubelet does.
//
//	cri-pull SOCKET IMAGE
package main

import (
	"context"
	"fmt"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func pull(socket, image string) (string, error) {
	conn, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	request := &cri.PullImageRequest{Image: &cri.ImageSpec{Image: image}}
	answer, err := cri.NewImageServiceClient(conn).PullImage(context.Background(), request)
	return answer.GetImageRef(), err
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: cri-pull SOCKET IMAGE")
		os.Exit(2)
	}
	ref, err := pull(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(ref)
}
