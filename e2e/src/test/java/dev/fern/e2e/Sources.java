package dev.fern.e2e;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// Java sources as the compiler reads them.
final class Sources {
    /// A type or a method.
    ///
    /// @param place file and line
    /// @param lines from its first annotation or modifier to its last brace
    record Declaration(
            String name,
            String place,
            long lines,
            boolean isType,
            boolean isPublic,
            boolean isTopLevel,
            boolean isOverride,
            boolean hasComment) {
        @Override
        public String toString() {
            return place + " " + name + " (" + lines + " lines)";
        }
    }

    private Sources() {}

    /// All Java files below these folders; a folder that does not exist has none.
    static List<Path> files(List<Path> folders) throws IOException {
        var files = new ArrayList<Path>();
        for (var folder : folders.stream().filter(Files::isDirectory).toList()) {
            try (var tree = Files.walk(folder)) {
                tree.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
            }
        }
        return files;
    }

    /// All types and methods that these files declare.
    static List<Declaration> declarations(List<Path> files) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var task = (JavacTask)
                    compiler.getTask(null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(files));
            var scanner = new Scanner(DocTrees.instance(task));
            for (var unit : task.parse()) {
                scanner.scan(unit, null);
            }
            return scanner.found;
        }
    }

    private static final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final List<Declaration> found = new ArrayList<>();
        private final DocTrees trees;

        Scanner(DocTrees trees) {
            this.trees = trees;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void none) {
            if (!type.getSimpleName().isEmpty()) {
                add(type, type.getSimpleName().toString(), type.getModifiers().getFlags(), false);
            }
            return super.visitClass(type, none);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void none) {
            var overrides = method.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation ->
                            annotation.getAnnotationType().toString().equals("Override"));
            add(method, method.getName().toString(), method.getModifiers().getFlags(), overrides);
            return super.visitMethod(method, none);
        }

        private void add(Tree tree, String name, Set<Modifier> modifiers, boolean overrides) {
            var path = getCurrentPath();
            var file = path.getCompilationUnit();
            var positions = trees.getSourcePositions();
            long first = file.getLineMap().getLineNumber(positions.getStartPosition(file, tree));
            long last = file.getLineMap().getLineNumber(positions.getEndPosition(file, tree));
            found.add(new Declaration(
                    name,
                    Path.of(file.getSourceFile().toUri()).getFileName() + ":" + first,
                    last - first + 1,
                    tree instanceof ClassTree,
                    modifiers.contains(Modifier.PUBLIC),
                    path.getParentPath().getLeaf() instanceof CompilationUnitTree,
                    overrides,
                    trees.getDocComment(path) != null));
        }
    }
}
