// SPDX-License-Identifier: Apache-2.0
// Shows by being linked that a module needs nothing but what its row of modules.txt allows.
int main(void)
{
    return 0;
}
