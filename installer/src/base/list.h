// SPDX-License-Identifier: Apache-2.0
// Doubly linked lists of links that live inside of what is listed: adding needs no memory, and one
// that is known is removed at once. Header only.
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

// A list's head, or a link in one. A link that is in no list points at itself, as the head of an
// empty list does.
struct list {
    struct list *next, *previous;
};

static inline void list_init(struct list *l)
{
    l->next = l->previous = l;
}

static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

static inline bool list_has(const struct list *link)
{
    return link->next != link;
}

static inline void list_append(struct list *head, struct list *link)
{
    link->next = head;
    link->previous = head->previous;
    head->previous->next = link;
    head->previous = link;
}

// Also of a link that is in no list.
static inline void list_remove(struct list *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    list_init(link);
}

// Removes the first link of a list that is not empty.
static inline struct list *list_take_first(struct list *head)
{
    struct list *first = head->next;

    head->next = first->next;
    first->next->previous = head;
    list_init(first);
    return first;
}

static inline size_t list_len(const struct list *head)
{
    size_t len = 0;

    for (const struct list *link = head->next; link != head; link = link->next)
        len++;
    return len;
}

// What the link is a member of: LIST_ITEM(head.next, struct item, link).
#define LIST_ITEM(link_, type, member) ((type *)(void *)((char *)(link_)-offsetof(type, member)))

#endif
