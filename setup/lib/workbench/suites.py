"""The suites of ``setup/test``, and what a filter selects from them."""

import ast

from .paths import ADDONS, ROOT, present_addons
from .steps import StepError

LAW = "law"
PRODUCT = "tests"


class Selection:
    """What to run: two pytest suites and the addons' own tests.

    :ivar list law: paths for pytest that need no Odoo
    :ivar list product: paths for pytest that start Odoo themselves
    :ivar list tags: Odoo's ``--test-tags``
    :ivar str expression: what names must contain, empty for everything
    """

    def __init__(self, targets, expression=""):
        """
        :param list targets: suites and paths; empty for everything
        :param str expression: as of ``-k``
        :raises StepError: when a target is not there
        """
        self.expression = expression
        self.is_filtered = bool(targets or expression)
        self.law = []
        self.product = []
        self.tags = []
        for target in targets or [LAW, *present_addons(), PRODUCT]:
            self._add(target)

    def __bool__(self):
        return bool(self.law or self.product or self.tags)

    def lanes(self, count):
        """Divide Odoo's tests into parts that take about as long.

        A filter selects few: those stay together.

        :param int count: most parts
        :return: ``--test-tags`` of each part
        :rtype: list[list[str]]
        """
        if self.is_filtered or not self.tags:
            return [self.tags] if self.tags else []
        files = [
            file
            for addon in present_addons()
            for file in sorted((ROOT / addon / "tests").glob("test_*.py"))
        ]
        sizes = {file: sum(map(len, _classes(file).values())) for file in files}
        parts = [[] for _part in range(count)]
        weights = [0] * count
        for file in sorted(files, key=sizes.get, reverse=True):
            lightest = weights.index(min(weights))
            parts[lightest].append(f"/{file.relative_to(ROOT)}")
            weights[lightest] += sizes[file]
        return [part for part in parts if part]

    def _add(self, target):
        if target == LAW:
            self._add_folder(self.law, ROOT / "tests/law")
            return
        if target == PRODUCT:
            self._add_folder(self.product, ROOT / "tests")
            return
        path = _existing(target.partition("::")[0])
        addon = path.relative_to(ROOT).parts[0]
        if addon in ADDONS:
            self.tags += _odoo_tags(addon, path, self.expression)
        elif path.is_relative_to(ROOT / "tests/law"):
            self.law.append(target)
        else:
            self.product.append(target)

    @staticmethod
    def _add_folder(paths, folder):
        if any(folder.rglob("test_*.py")):
            paths.append(str(folder))


def _existing(target):
    """Return the absolute path of a target that lies in the checkout."""
    for path in ((ROOT / target), ROOT / target.rstrip("/")):
        path = path.resolve()
        if path.exists() and path.is_relative_to(ROOT) and path != ROOT:
            return path
    raise StepError(
        f"No suite or path {target!r}",
        f"Suites: {', '.join((LAW, *ADDONS, PRODUCT))}; or a path in the checkout.",
    )


def _odoo_tags(addon, path, expression):
    """Return Odoo's test tags for an addon's tests.

    :param Path path: the addon's folder, its tests' folder or one file of tests
    :param str expression: select files, classes and methods whose name contains it
    :rtype: list[str]
    """
    if path.is_file():
        files = [path]
    elif not expression:
        return [f"/{addon}"]
    else:
        files = sorted((ROOT / addon / "tests").glob("test_*.py"))
    tags = []
    for file in files:
        in_file = f"/{file.relative_to(ROOT)}"
        if expression.lower() in file.stem.lower():
            tags.append(in_file)
            continue
        for cls, methods in _classes(file).items():
            if expression.lower() in cls.lower():
                tags.append(f"{in_file}:{cls}")
                continue
            tags += [
                f"{in_file}:{cls}.{method}"
                for method in methods
                if expression.lower() in method.lower()
            ]
    return tags


def _classes(file):
    """Return the test methods of each class in a file, read without importing it."""
    return {
        node.name: [
            item.name
            for item in node.body
            if isinstance(item, ast.FunctionDef) and item.name.startswith("test")
        ]
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.ClassDef)
    }
