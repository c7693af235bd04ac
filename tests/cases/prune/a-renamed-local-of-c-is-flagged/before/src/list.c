#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    char *name;
};

/* Counts all nodes. */
int list_count(struct node *head)
{
    int count = -1;
    while (head) {
        count++;
        head = head->next;
    }
    return count;
}

// The caller frees the copy.
char *list_name(struct node *head, int most)
{
    int length = strlen(head->name);
    char *copy = malloc(length + 1);
    memcpy(copy, head->name, length);
    copy[length] = 0;
    return copy;
}
