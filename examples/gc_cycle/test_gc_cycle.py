class Node:
    def __init__(self, name: str) -> None:
        self.name = name
        self.parent: Node | None = None
        self.children: list[Node] = []

    def add(self, child: "Node") -> None:
        child.parent = self
        self.children.append(child)


def test_a_tree_knows_its_parents() -> None:
    root = Node("root")
    root.add(Node("leaf"))
    assert root.children[0].parent is root
